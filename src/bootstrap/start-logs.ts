import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { LogText } from '@app/logging';
import type { Logger } from '@app/logging';
import type { LoggingConfig, ServerConfig } from '@server/config/index';
import { StatsLog } from '@server/engine/stats-log';
import { registerBodyLog } from '@server/http/body-log';
import { ResponseLog, registerResponseLog } from '@server/http/response-log';
import { RequestLog } from '@server/language/request-log';

export interface LogParts {
  readonly config: ServerConfig;
  readonly registry: Registry;
  readonly logger: Logger;
}

export interface ServerLogs {
  /** Undefined: requests are not logged. */
  readonly requestLog: RequestLog | undefined;
  /** How texts of clients are shown. */
  readonly logText: LogText;
}

/** What the operator wants to read besides the access log; what is not wanted is not there, and costs nothing. */
export function startLogs(fastify: FastifyInstance, { config, registry, logger }: LogParts): ServerLogs {
  const { auth, http, logging, metrics } = config;
  const logText = new LogText({ maxLength: logging.maxLogLen, secrets: auth.apiKey });
  // Of several servers, none sees all requests.
  if (!metrics.disableLogStats && http.apiServerCount === 1) {
    const { logStatsInterval, aggregateEngineLogging: aggregate } = logging;
    const stats = new StatsLog({ registry, logger, intervalMs: logStatsInterval * 1000, aggregate });
    fastify.addHook('onClose', () => Promise.resolve(stats.stop()));
  }
  if (logging.logResponseBodies) {
    logger.warn({}, '--log-response-bodies writes what users are answered into the log: for debugging only');
    registerResponseLog(fastify, new ResponseLog(logger, auth.apiKey));
  }
  if (!logging.enableLogRequests) return { requestLog: undefined, logText };
  registerBodyLog(fastify, { logger, level: logging.requestBodyLogLevel, text: logText });
  const { enableLogOutputs: outputs, enableLogDeltas: deltas } = logging;
  return { requestLog: new RequestLog({ logger, text: logText, outputs, deltas }), logText };
}

/** The lines of the access log are at level info. */
export function isAccessLogged({ disableUvicornAccessLog, uvicornLogLevel }: LoggingConfig): boolean {
  return !disableUvicornAccessLog && ['info', 'debug', 'trace'].includes(uvicornLogLevel);
}
