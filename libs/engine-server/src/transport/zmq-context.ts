import { Context } from 'zeromq';

/** One context for every socket of this lib. Not `blocky`: only sockets with a linger of their own delay the end of the process. */
export const zmqContext = new Context({ blocky: false });
