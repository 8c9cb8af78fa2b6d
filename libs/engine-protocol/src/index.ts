export * from './engine.js';
export * from './engine-output.js';
export * from './engine-request.js';
export * from './sampling-params.js';
export type { WireArray } from './codec/wire-array.js';
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
export { decodeHandshake, decodeInit, encodeHandshake, encodeInit } from './control/handshake.js';
export type { EngineInit, HandshakeMessage } from './control/handshake.js';
export { decodeRegistration, encodeRegistration } from './control/registration.js';
export type { Registration, RegistrationOptions } from './control/registration.js';
export { layoutForRegistration } from './layout/layout-for-registration.js';
export type { RegisteredLayout } from './layout/layout-for-registration.js';
export { isReleaseFrom } from './layout/release-order.js';
export { CURRENT_RELEASE, layoutForRelease } from './layout/wire-layout.js';
export type { WireLayout } from './layout/wire-layout.js';
export { MalformedMessageError } from './malformed-message.error.js';
