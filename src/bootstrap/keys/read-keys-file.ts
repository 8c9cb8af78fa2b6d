import { plainToInstance } from 'class-transformer';
import { ArrayNotEmpty, IsISO8601, IsIn, IsOptional, Matches, validateSync } from 'class-validator';
import { YAMLParseError, parse } from 'yaml';
import { ConfigProblemsError, findSmallFile } from '@server/config/index';
import type { ApiKey } from '@server/http/api-keys';
import { KEY_SCOPES } from '@server/http/scope.decorator';
import type { KeyScope } from '@server/http/scope.decorator';

/** Every request is compared with all of them. */
const MAX_KEYS = 1000;

const EXPIRES_FAULT = 'expires must be a date (from its start, in UTC), or a time with its zone: 2030-01-31T12:00:00Z';

/** One key as the file has it. Nothing here is repeated in a message: somebody may have put a key in the place of its hash. */
class KeyEntry {
  @Matches(/^[\w.@-]{1,64}$/, { message: 'name must be 1 to 64 letters, digits or "._@-"' })
  readonly name!: string;

  @Matches(/^[0-9a-f]{64}$/i, { message: 'sha256 must be 64 hex digits' })
  readonly sha256!: string;

  @IsIn(KEY_SCOPES, { each: true, message: `scopes must be among ${KEY_SCOPES.join(', ')}` })
  @ArrayNotEmpty({ message: 'scopes must be a list with at least one' })
  readonly scopes!: readonly KeyScope[];

  @IsOptional()
  @Matches(/^[\d-]{10}(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/, { message: EXPIRES_FAULT })
  @IsISO8601({ strict: true }, { message: EXPIRES_FAULT })
  readonly expires?: string;
}

/**
 * The keys of a `--api-keys-file`: `{ keys: [{ name, sha256, scopes, expires? }] }`, YAML or JSON; undefined without a path.
 * Throws `ConfigProblemsError` with everything that is wrong.
 */
export function readKeysFile(path: string | undefined): readonly ApiKey[] | undefined {
  if (path === undefined) return undefined;
  const { entries, problems } = toEntries(findSmallFile(path));
  const all = [
    ...problems,
    ...entries.flatMap((entry, index) => faultsOf(entry).map((fault) => `key ${index + 1}: ${fault}`)),
    ...repeated(entries, 'name'),
    ...repeated(entries, 'sha256'),
  ];
  if (all.length > 0) {
    throw new ConfigProblemsError(all.map((problem) => `--api-keys-file: ${path}: ${problem}`));
  }
  return entries.map(({ name, sha256, scopes, expires }) => ({
    name,
    digest: Buffer.from(sha256, 'hex'),
    scopes: new Set(scopes),
    expiresAt: expires === undefined ? undefined : Date.parse(expires),
  }));
}

interface Entries {
  readonly entries: readonly KeyEntry[];
  readonly problems: readonly string[];
}

function toEntries(text: string | undefined): Entries {
  if (text === undefined) return { entries: [], problems: ['it cannot be read'] };
  let document: unknown;
  try {
    document = parse(text, { prettyErrors: false, maxAliasCount: 0 });
  } catch (error) {
    const line = error instanceof YAMLParseError ? ` (line ${text.slice(0, error.pos[0]).split('\n').length})` : '';
    return { entries: [], problems: [`it is neither YAML nor JSON${line}`] };
  }
  const list = isObject(document) && Object.keys(document).length === 1 ? document.keys : undefined;
  if (!Array.isArray(list) || list.length > MAX_KEYS || !list.every(isObject)) {
    return { entries: [], problems: [`it must have "keys", a list of at most ${MAX_KEYS} objects, and nothing else`] };
  }
  return { entries: plainToInstance(KeyEntry, list), problems: [] };
}

function faultsOf(entry: KeyEntry): readonly string[] {
  const options = { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true };
  return validateSync(entry, options).flatMap(({ constraints = {} }) => Object.values(constraints));
}

/** What must be one key's alone. */
function repeated(entries: readonly KeyEntry[], field: 'name' | 'sha256'): readonly string[] {
  const values = entries.map((entry) => String(entry[field]).toLowerCase());
  return values.flatMap((value, index) =>
    values.indexOf(value) < index ? `key ${index + 1}: key ${values.indexOf(value) + 1} has the same ${field}` : [],
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
