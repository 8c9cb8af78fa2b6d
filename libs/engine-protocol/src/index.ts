export { DrainTimeoutError } from './drain-timeout.error.js';
export * from './engine.js';
export * from './engine-output.js';
export * from './engine-request.js';
export * from './lora-request.js';
export * from './sampling-params.js';
export type { WireArray } from './codec/wire-array.js';
export { engineIndexOf } from './codec/engine-index.js';
export { fromLoraElements, toLoraElements } from './codec/lora-request.codec.js';
export { WireCodec } from './codec/wire-codec.js';
export {
  decodeAbort,
  decodeUtilityCall,
  encodeAbort,
  encodeUtilityCall,
  ENGINE_CORE_DEAD,
  engineIdentity,
  isDeathSentinel,
  requestTypeFrame,
  RequestType,
} from './control/control-messages.js';
export type { UtilityCall } from './control/control-messages.js';
export * from './control/coordinator-messages.js';
export * from './control/elastic-ep.js';
export * from './control/fault-tolerance.js';
export { decodeHandshake, decodeInit, encodeHandshake, encodeInit } from './control/handshake.js';
export type { ElasticLimits, EngineInit, HandshakeMessage } from './control/handshake.js';
export { decodeRegistration, encodeRegistration } from './control/registration.js';
export type { Registration, RegistrationOptions } from './control/registration.js';
export { layoutFromManifest } from './layout/layout-from-manifest.js';
export type { LayoutManifest, ManifestStruct } from './layout/layout-from-manifest.js';
export { WIRE_CLASSES } from './layout/wire-classes.js';
export { layoutForRegistration } from './layout/layout-for-registration.js';
export type { RegisteredLayout } from './layout/layout-for-registration.js';
export { isReleaseFrom } from './layout/release-order.js';
export { CURRENT_RELEASE, layoutForRelease, withStableOutput } from './layout/wire-layout.js';
export type { WireLayout } from './layout/wire-layout.js';
export { checkRequest } from './rules/check-request.js';
export { checkLora } from './rules/release-features.js';
export type { RequestFacts } from './rules/check-request.js';
export { KNOWN_RELEASES } from './layout/release-layouts.js';
export { MalformedMessageError } from './malformed-message.error.js';
export { FailedCallError, toCallError, UnsupportedCallError } from './utility-failure.js';
