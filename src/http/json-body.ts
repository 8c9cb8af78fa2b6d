import { BadRequestException, HttpException } from '@nestjs/common';
import { bodyText } from './body-text.js';
import { JsonTextError, parseJsonText } from './parse-json-text.js';
import type { JsonLimits } from './parse-json-text.js';
import { malformedJson, RequestValidationError } from './validation/index.js';

export interface RawBody {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Undefined when the request had none. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * The JSON value of a body; undefined when it is empty. Throws what the client did wrong, in vLLM's order (§1.5):
 * malformed JSON, then a content type that is not JSON's.
 */
export function readJsonBody({ contentType, contentEncoding, bytes }: RawBody, limits: JsonLimits): unknown {
  checkContentEncoding(contentEncoding);
  const value = isJsonLike(mediaTypeOf(contentType)) ? toValue(bytes, limits) : undefined;
  checkContentType(contentType);
  return value;
}

/** Throws for a body that is compressed. */
export function checkContentEncoding(contentEncoding: string | undefined): void {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    throw new HttpException(`Content-Encoding '${contentEncoding}' is not supported`, 415);
  }
}

/** Throws for a body that does not call itself JSON. */
export function checkContentType(contentType: string | undefined): void {
  if (mediaTypeOf(contentType) === 'application/json') return;
  throw new RequestValidationError(
    [],
    "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
  );
}

function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType?.toLowerCase().split(';')[0];
}

/** Without a type, the body is taken for JSON. */
function isJsonLike(mediaType: string | undefined): boolean {
  return mediaType === undefined || /^\s*application\/(?:json|[\w.!#$&^-]+\+json)\s*$/.test(mediaType);
}

function toValue(bytes: Uint8Array | undefined, limits: JsonLimits): unknown {
  if (bytes === undefined || bytes.length === 0) {
    return undefined;
  }
  const text = bodyText(bytes);
  if (text === undefined) {
    throw new BadRequestException('There was an error parsing the body');
  }
  try {
    return parseJsonText(text, limits);
  } catch (error) {
    if (!(error instanceof JsonTextError)) {
      throw error;
    }
    throw malformedJson(error);
  }
}
