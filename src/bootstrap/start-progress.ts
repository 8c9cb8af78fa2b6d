import cliProgress from 'cli-progress';
import pc from 'picocolors';

/** The part of standard error or output that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Shows how far the start is: a line that moves on a terminal, plain lines elsewhere. */
export interface StartProgress {
  stage(text: string): void;
  /** What a stage says while it runs. */
  detail(text: string): void;
  done(): void;
}

export function startProgress(stream: NodeJS.WritableStream & ProgressStream, stages: number): StartProgress {
  return stream.isTTY ? terminalProgress(stream, stages) : plainProgress(stream);
}

function plainProgress(stream: ProgressStream): StartProgress {
  return {
    stage: (text) => void stream.write(`${text}\n`),
    detail: () => undefined,
    done: () => undefined,
  };
}

const DETAIL_CHARS = 60;

function terminalProgress(stream: NodeJS.WritableStream, stages: number): StartProgress {
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${pc.cyan('{bar}')} {stage} ${pc.dim('{detail}')}`,
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  let finished = 0;
  bar.start(stages, 0, { stage: 'starting', detail: '' });
  return {
    stage: (stage) => {
      bar.update(finished, { stage, detail: '' });
      finished += 1;
    },
    detail: (text) => bar.update({ detail: printable(text).slice(0, DETAIL_CHARS) }),
    done: () => bar.stop(),
  };
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '');
}
