import cliProgress from 'cli-progress';
import pc from 'picocolors';

/** Shows how far the start is: a line that moves on a terminal, plain lines elsewhere. */
export interface StartProgress {
  stage(text: string): void;
  /** What a stage says while it runs. */
  detail(text: string): void;
  done(): void;
  /** Where log lines must go meanwhile, so that they do not end in the middle of the moving line; undefined = anywhere. */
  readonly lines: { write(line: string): void } | undefined;
}

export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };

export function startProgress(stream: ProgressStream, stages: number): StartProgress {
  return stream.isTTY ? terminalProgress(stream, stages) : plainProgress(stream);
}

function plainProgress(stream: NodeJS.WritableStream): StartProgress {
  return {
    stage: (text) => void stream.write(`${text}\n`),
    detail: () => undefined,
    done: () => undefined,
    lines: undefined,
  };
}

const DETAIL_CHARS = 60;
/** Back to the first column, and nothing right of it. */
const CLEAR_LINE = '\r\u001b[K';

function terminalProgress(stream: NodeJS.WritableStream, stages: number): StartProgress {
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${pc.cyan('{bar}')} {stage} ${pc.dim('{detail}')}`,
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    gracefulExit: false,
  });
  let finished = 0;
  let running = true;
  bar.start(stages, 0, { stage: 'starting', detail: '' });
  return {
    stage: (stage) => {
      bar.update(finished, { stage, detail: '' });
      finished += 1;
    },
    detail: (text) => bar.update({ detail: printable(text).slice(0, DETAIL_CHARS) }),
    done: () => {
      running = false;
      bar.stop();
    },
    lines: { write: (line) => void stream.write(running ? CLEAR_LINE + line : line) },
  };
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '');
}
