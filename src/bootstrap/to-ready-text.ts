export interface ReadyFacts {
  /** As bound: `http://0.0.0.0:8000`, `unix:/run/aerie.sock`. */
  readonly url: string;
  /** Where operators go, if that is elsewhere. */
  readonly adminUrl?: string | undefined;
  readonly model: string;
  readonly tasks: readonly string[];
  readonly needsKey: boolean;
  /** Over TLS, on a unix socket too. */
  readonly secure?: boolean | undefined;
}

/** What a person sees when the server is ready: where it is, what it serves, and a command to try it. */
export function toReadyText(facts: ReadyFacts): string {
  const { url, adminUrl, model, tasks } = facts;
  const reachable = toReachable(url);
  return [
    `Aerie is ready on ${reachable}`,
    `  model  ${model}`,
    `  tasks  ${tasks.join(', ')}`,
    ...(adminUrl === undefined ? [] : [`  admin  ${toReachable(adminUrl)}`]),
    '',
    toCurl({ ...facts, url: reachable }),
    '',
  ].join('\n');
}

/** From this machine. */
function toReachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:');
}

function toCurl({ url, model, tasks, needsKey, secure }: ReadyFacts): string {
  const target = url.startsWith('unix:')
    ? `--unix-socket ${url.slice('unix:'.length)} ${secure ? 'https' : 'http'}://localhost`
    : url;
  const key = needsKey ? " -H 'authorization: Bearer KEY'" : '';
  if (!tasks.includes('generate')) {
    return `  curl ${target}/v1/models${key}\n`;
  }
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  return (
    `  curl ${target}/v1/chat/completions${key} -H 'content-type: application/json' \\\n` +
    `    -d ${shellQuoted(body)}\n`
  );
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
