/** Flags of the CORS layer; lists may hold `*`. */
export interface CorsRules {
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly allowCredentials: boolean;
}

export interface CorsRequest {
  readonly method: string;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
}

export interface Preflight {
  readonly status: 200 | 400;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY'];
const SAFELISTED_HEADERS = ['Accept', 'Accept-Language', 'Content-Language', 'Content-Type'];
const PREFLIGHT_VARY =
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network';

/** Headers for every answer that is not a preflight; `vary` always, because caches must not mix origins (§3.1). */
export function corsHeaders(rules: CorsRules, request: CorsRequest): Readonly<Record<string, string>> {
  const origin = request.header('origin');
  if (origin === undefined) {
    return { vary: 'Origin' };
  }
  return { vary: 'Origin', ...originHeaders(rules, origin) };
}

/** The answer to a preflight, or undefined when the request is none. */
export function toPreflight(rules: CorsRules, request: CorsRequest): Preflight | undefined {
  const origin = request.header('origin');
  const method = request.header('access-control-request-method');
  if (request.method !== 'OPTIONS' || origin === undefined || method === undefined) {
    return undefined;
  }
  const requestedHeaders = request.header('access-control-request-headers');
  const methods = allowsAll(rules.allowedMethods) ? ALL_METHODS : rules.allowedMethods;
  const refused = [
    ...(isAllowedOrigin(rules, origin) ? [] : ['origin']),
    ...(methods.includes(method) ? [] : ['method']),
    ...(areAllowedHeaders(rules, requestedHeaders) ? [] : ['headers']),
  ];
  const headers = {
    vary: PREFLIGHT_VARY,
    ...originHeaders(rules, origin),
    'access-control-allow-methods': methods.join(', '),
    'access-control-max-age': '600',
    ...allowHeaders(rules, requestedHeaders),
  };
  return refused.length === 0
    ? { status: 200, headers, body: 'OK' }
    : { status: 400, headers, body: `Disallowed CORS ${refused.join(', ')}` };
}

function originHeaders(rules: CorsRules, origin: string): Readonly<Record<string, string>> {
  if (!isAllowedOrigin(rules, origin)) {
    return {};
  }
  if (rules.allowCredentials) {
    return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
  }
  return { 'access-control-allow-origin': allowsAll(rules.allowedOrigins) ? '*' : origin };
}

function allowHeaders(rules: CorsRules, requested: string | undefined): Readonly<Record<string, string>> {
  if (allowsAll(rules.allowedHeaders)) {
    return requested === undefined ? {} : { 'access-control-allow-headers': requested };
  }
  const names = [...new Set([...SAFELISTED_HEADERS, ...rules.allowedHeaders])].sort();
  return { 'access-control-allow-headers': names.join(', ') };
}

function areAllowedHeaders(rules: CorsRules, requested: string | undefined): boolean {
  if (requested === undefined || allowsAll(rules.allowedHeaders)) {
    return true;
  }
  const allowed = new Set([...SAFELISTED_HEADERS, ...rules.allowedHeaders].map((name) => name.toLowerCase()));
  return requested.split(',').every((name) => allowed.has(name.trim().toLowerCase()));
}

function isAllowedOrigin({ allowedOrigins }: CorsRules, origin: string): boolean {
  return allowsAll(allowedOrigins) || allowedOrigins.includes(origin);
}

function allowsAll(list: readonly string[]): boolean {
  return list.includes('*');
}
