import { Context } from 'zeromq';

/** One context for every socket of this lib. Not `blocky`: unsent messages never keep the process from ending. */
export const zmqContext = new Context({ blocky: false });
