/** After this time a command prints what it does. */
const SLOW_MS = 1000;

/** Prints steps to a terminal, on the standard error, once a command has run for a second. */
export class Progress {
  private readonly started = performance.now();

  constructor(private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr) {}

  /** A step that begins now. */
  step(text: string): void {
    if (this.stream.isTTY && performance.now() - this.started >= SLOW_MS) {
      this.stream.write(`${text} …\n`);
    }
  }

  /** The result of what runs in the background; its text is printed after a second. */
  async during<T>(text: string, result: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.step(text), SLOW_MS + 1);
    try {
      return await result;
    } finally {
      clearTimeout(timer);
    }
  }
}
