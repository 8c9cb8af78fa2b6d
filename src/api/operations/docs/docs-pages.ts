/** Where a page's script and style come from. */
export interface PageAssets {
  readonly script: string;
  readonly style?: string | undefined;
  readonly icon?: string | undefined;
}

/** Swagger UI over the document at `openapi`; `redirect`: where an authorization server sends the browser back to. */
export function swaggerPage(
  assets: PageAssets,
  { openapi, redirect }: { readonly openapi: string; readonly redirect: string },
): string {
  const settings = { url: openapi, dom_id: '#swagger-ui', deepLinking: true, layout: 'BaseLayout' };
  return page(
    'Aerie – Swagger UI',
    assets,
    `<div id="swagger-ui"></div>
<script src="${attribute(assets.script)}"></script>
<script>
  SwaggerUIBundle({
    ...${inScript(settings)},
    oauth2RedirectUrl: window.location.origin + ${inScript(redirect)},
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  });
</script>`,
  );
}

export function redocPage(assets: PageAssets, openapi: string): string {
  return page(
    'Aerie – ReDoc',
    assets,
    `<redoc spec-url="${attribute(openapi)}"></redoc>
<script src="${attribute(assets.script)}"></script>`,
  );
}

/** `script`: what hands the answer of the authorization server to the page that asked. */
export function redirectPage(script: string): string {
  return page('Aerie – OAuth2 redirect', undefined, `<script>${script}</script>`);
}

function page(title: string, assets: Pick<PageAssets, 'style' | 'icon'> | undefined, body: string): string {
  const links = [
    ...(assets?.style === undefined ? [] : [`<link rel="stylesheet" href="${attribute(assets.style)}">`]),
    ...(assets?.icon === undefined ? [] : [`<link rel="icon" href="${attribute(assets.icon)}">`]),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${links.join('\n')}
</head>
<body>
${body}
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** JSON that cannot end the script it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
