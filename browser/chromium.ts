import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/**
 * Debian's Chromium without a window, with one page.
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export class Browser {
  /** Calls a function with a browser, which ends with it. */
  static async with<T>(use: (browser: Browser) => Promise<T>, flags: readonly string[] = []): Promise<T> {
    const profile = mkdtempSync(join(tmpdir(), 'cardinal-chromium-'));
    const child = spawn(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--remote-debugging-pipe',
        `--user-data-dir=${profile}`,
        ...flags,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
    );
    try {
      const browser = new Browser(child);
      await browser.open();
      return await use(browser);
    } finally {
      const isEnded = new Promise(resolve => child.once('exit', resolve));
      // Its processes write to the profile until they end, and they are a group of their own.
      process.kill(-Number(child.pid), 'SIGKILL');
      await isEnded;
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }

  /** Errors of the page: exceptions, and what its policy blocks. */
  readonly problems: string[] = [];
  /** The URLs that the page has loaded. */
  readonly loaded: string[] = [];
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private readonly input: Writable;
  private count = 0;
  private session?: string;
  private hasLoaded?: () => void;

  private constructor(child: ChildProcess) {
    this.input = child.stdio[3] as Writable;
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      parts.forEach(each => this.receive(JSON.parse(each) as Reply));
    });
  }

  /** Opens a page, and returns the time until it has loaded and run its programs, in ms. */
  async goTo(url: string): Promise<number> {
    const start = performance.now();
    const isLoaded = new Promise<void>(resolve => (this.hasLoaded = resolve));
    await this.send('Page.navigate', { url });
    await isLoaded;
    await this.run('new Promise(done => requestAnimationFrame(() => setTimeout(done)))');
    return performance.now() - start;
  }

  /** The value of an expression, or of its promise, in the page. */
  async run<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(JSON.stringify(exceptionDetails));
    }
    return (result as { value: T }).value;
  }

  /** Waits until an expression is true in the page, which may be another one by then. */
  async waitFor(expression: string, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await this.run<boolean>(expression).catch(() => false))) {
      if (performance.now() > end) {
        throw new Error(
          `This is not so after ${limitMs} ms: ${expression}\n${await this.run('document.body.innerText')}`,
        );
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /** Presses a key, such as `Enter` or `/`. */
  async press(key: string): Promise<void> {
    const codes: Readonly<Record<string, number>> = { Enter: 13, Tab: 9, Escape: 27, ArrowRight: 39, ArrowDown: 40 };
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const event = { key, text, windowsVirtualKeyCode: codes[key] ?? key.charCodeAt(0) };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Writes what the page looks like to a file, in light or dark. */
  async screenshot(file: string, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    const { data } = await this.send('Page.captureScreenshot', {});
    writeFileSync(file, Buffer.from(String(data), 'base64'));
  }

  /** A command of the protocol. */
  async send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const reply = new Promise<Reply>(resolve => this.waiting.set(id, resolve));
    this.input.write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    const { result, error } = await reply;
    if (error) {
      throw new Error(`${method}: ${error.message}`);
    }
    return result ?? {};
  }

  private async open(): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) {
      await this.send(`${domain}.enable`, {});
    }
    const size = { width: 1600, height: 900, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', size);
  }

  private receive({ id, method, params, ...reply }: Reply): void {
    if (id !== undefined) {
      this.waiting.get(id)?.(reply);
    } else if (method === 'Page.loadEventFired') {
      this.hasLoaded?.();
    } else if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') {
      this.problems.push(JSON.stringify(params));
    } else if (method === 'Network.requestWillBeSent') {
      this.loaded.push(String((params?.request as { url?: string } | undefined)?.url));
    }
  }
}
