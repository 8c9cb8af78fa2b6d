export { Coordinator } from './coordinator/coordinator.js';
export type { CoordinatorAddresses, CoordinatorOptions } from './coordinator/coordinator.js';
export { EngineClient } from './engine-client.js';
export { EngineGroup } from './group/engine-group.js';
export type { ClientAddresses, EngineGroupOptions } from './group/engine-group.js';
export { newClientAddresses } from './group/new-client-addresses.js';
export type { LivenessLimits } from './liveness/liveness-limits.js';
export { ManagedEngineProcess } from './managed-process/managed-engine-process.js';
export type { ManagedEngineProcessOptions } from './managed-process/managed-engine-process.js';
export type { ProcessExit } from './managed-process/process-exit.js';
export { RestartSchedule } from './restart-schedule.js';
export { RestartingEngine } from './restarting-engine.js';
export type { RestartOptions } from './restarting-engine.js';
export type {
  AddressAttachment,
  ElasticOptions,
  EngineAttachment,
  EngineClientOptions,
  HandshakeAttachment,
  JoiningEngines,
} from './start-up/engine-client-options.js';
export { ipcAddress } from './transport/data-address.js';
export type { SocketSource } from './transport/socket-source.js';
