import { decodeRegistration } from '@app/engine-protocol';

/** Whether a message on the input socket, `[identity, payload]`, is an engine's registration. */
export function isRegistration(frames: readonly Buffer[]): boolean {
  if (frames.length !== 2) {
    return false;
  }
  try {
    decodeRegistration(frames[1]);
    return true;
  } catch {
    return false;
  }
}
