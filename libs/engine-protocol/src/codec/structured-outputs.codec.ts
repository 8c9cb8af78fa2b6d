import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import type { StructuredOutputs } from '../sampling-params.js';

/** Writes every key of the release, nulls included, as Python does (engine protocol §5.7); one that is not known here is left to its default. */
export function writeStructuredOutputs(
  writer: MsgpackWriter,
  structured: StructuredOutputs,
  keys: readonly string[],
): void {
  const values: Readonly<Record<string, unknown>> = {
    json: structured.json,
    regex: structured.regex,
    choice: structured.choice,
    grammar: structured.grammar,
    json_object: structured.jsonObject,
    disable_any_whitespace: structured.disableAnyWhitespace,
    disable_additional_properties: structured.disableAdditionalProperties,
    whitespace_pattern: structured.whitespacePattern,
    structural_tag: structured.structuralTag,
    _backend: structured.backend,
    _backend_was_auto: structured.backendWasAuto,
    disable_fallback: false,
  };
  const sent = keys.filter((key) => key in values);
  writer.mapHeader(sent.length, keys.length);
  for (const key of sent) {
    writer.string(key);
    writer.any(values[key]);
  }
}

/** Accepts a partial map. That it has exactly one constraint is a rule of sampling parameters. Throws MalformedMessageError. */
export function readStructuredOutputs(reader: MsgpackReader): StructuredOutputs {
  const draft: { -readonly [K in keyof StructuredOutputs]: StructuredOutputs[K] } = {
    disableAnyWhitespace: false,
    disableAdditionalProperties: false,
    backendWasAuto: false,
  };
  reader.readMap((key) => {
    const read = READERS[key];
    if (!read) reader.skip();
    else if (!reader.tryNil()) read(reader, draft);
  });
  return draft;
}

type Draft = { -readonly [K in keyof StructuredOutputs]: StructuredOutputs[K] };

const READERS: Readonly<Record<string, ((reader: MsgpackReader, draft: Draft) => void) | undefined>> = {
  json: (reader, draft) => (draft.json = reader.nextIsString() ? reader.readString() : reader.readRecord()),
  regex: (reader, draft) => (draft.regex = reader.readString()),
  choice: (reader, draft) => (draft.choice = reader.readStrings()),
  grammar: (reader, draft) => (draft.grammar = reader.readString()),
  json_object: (reader, draft) => (draft.jsonObject = reader.readBoolean()),
  disable_any_whitespace: (reader, draft) => (draft.disableAnyWhitespace = reader.readBoolean()),
  disable_additional_properties: (reader, draft) => (draft.disableAdditionalProperties = reader.readBoolean()),
  whitespace_pattern: (reader, draft) => (draft.whitespacePattern = reader.readString()),
  structural_tag: (reader, draft) => (draft.structuralTag = reader.readString()),
  _backend: (reader, draft) => (draft.backend = reader.readString()),
  _backend_was_auto: (reader, draft) => (draft.backendWasAuto = reader.readBoolean()),
};
