import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import type { Files } from '../lib/analysis';

const BRANCH = 'main';

/** A git repository that is served over HTTP, as `git http-backend` does it. */
export class GitServer {
  static async start(folder: string, host: string, port: number): Promise<GitServer> {
    const server = createServer((request, response) => serve(folder, request, response));
    await new Promise<void>(resolve => server.listen(port, host, resolve));
    return new GitServer(join(folder, 'state'), `http://${host}:${port}/state/.git`, server);
  }

  private constructor(
    private readonly work: string,
    readonly url: string,
    private readonly server: Server,
  ) {
    mkdirSync(work, { recursive: true });
    this.git('init', '--quiet', `--initial-branch=${BRANCH}`);
  }

  stop(): void {
    this.server.close();
  }

  /** Makes these the files of a folder, commits, and returns the revision as Flux has it. */
  commit(folder: string, files: Files): string {
    rmSync(join(this.work, folder), { recursive: true, force: true });
    for (const [name, objects] of files) {
      const file = join(this.work, folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, objects.map(each => dump(each, { noRefs: true, lineWidth: -1 })).join('---\n'));
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message=change');
    return this.revision();
  }

  /** Reverts the last commit, and returns the revision. */
  revert(): string {
    this.git('revert', '--no-edit', 'HEAD');
    return this.revision();
  }

  private revision(): string {
    return `${BRANCH}@sha1:${this.git('rev-parse', 'HEAD').trim()}`;
  }

  private git(...args: string[]): string {
    const author = { name: 'lab', email: 'lab@lab.example' };
    const settings = Object.entries(author).flatMap(([key, value]) => ['-c', `user.${key}=${value}`]);
    return execFileSync('git', [...settings, ...args], { cwd: this.work, encoding: 'utf8' });
  }
}

/** One request as a CGI program has it: https://git-scm.com/docs/git-http-backend. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://git');
  const { 'content-type': type = '', 'content-encoding': encoding = '', 'git-protocol': protocol } = request.headers;
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(protocol ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      CONTENT_TYPE: type,
      HTTP_CONTENT_ENCODING: encoding,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map(line => line.split(': ') as [string, string]);
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.end(output.subarray(end + 4));
  });
}
