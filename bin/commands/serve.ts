import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { printableLine } from '../../lib/manifests';
import { printNotes, withProblems } from './input';
import { InputError } from './input-error';
import type { ServeValues } from './serve-options';
import { ServedPage } from './served-page';

/** Serves the page until the process is interrupted; returns the exit code if it cannot. */
export function serve(paths: readonly string[], values: ServeValues): number | Promise<number> {
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    printNotes([`--port ${values.port} is not a port, from 0 to 65535.`]);
    return 2;
  }
  const made = withProblems(() => new ServedPage(paths, values));
  if ('problems' in made) {
    printNotes(made.problems);
    return 2;
  }
  printNotes(made.result.notes);
  return running(serverOf(made.result), port);
}

const ADDRESS = '127.0.0.1';

function running(server: Server, port: number): Promise<number> {
  return new Promise(resolve => {
    server.once('error', error => {
      printNotes([`${ADDRESS}:${port} is not available: ${error.message}. Choose another with --port.`]);
      resolve(2);
    });
    server.once('close', () => resolve(0));
    server.listen(port, ADDRESS, () => {
      process.stdout.write(`http://${ADDRESS}:${portOf(server)}/\n`);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The server of a page: it answers requests to this machine by its own names alone, and of its own page. */
export function serverOf(page: ServedPage): Server {
  const server = createServer((request, response) => {
    const refusal = refusalOf(request, portOf(server));
    if (refusal) {
      send(response, refusal.status, 'text/plain', `${refusal.reason}\n`);
      return;
    }
    try {
      answer(request, response, page);
    } catch (error) {
      send(response, 500, 'text/plain', 'This is an error of the server, which its output has.\n');
      printNotes(
        [error instanceof Error ? (error.stack ?? error.message) : String(error)].flatMap(each => each.split('\n')),
      );
    }
  });
  return server;
}

/**
 * Why a request is not answered. A page of another site can have its own name resolved to this address (DNS rebinding),
 * or send requests to it: neither has this Host header and this origin.
 */
function refusalOf({ method, headers }: IncomingMessage, port: number): { status: number; reason: string } | undefined {
  const site = headers['sec-fetch-site'] ?? 'none';
  return ![`${ADDRESS}:${port}`, `localhost:${port}`].includes(headers.host?.toLowerCase() ?? '')
    ? { status: 421, reason: `This server is http://${ADDRESS}:${port}/ alone.` }
    : method !== 'GET' && method !== 'HEAD'
      ? { status: 405, reason: 'This server has GET alone.' }
      : site !== 'none' && site !== 'same-origin'
        ? { status: 403, reason: 'This server answers its own page alone.' }
        : undefined;
}

function answer({ url = '/' }: IncomingMessage, response: ServerResponse, page: ServedPage): void {
  const { pathname, searchParams } = new URL(url, `http://${ADDRESS}`);
  switch (pathname) {
    case '/':
      send(response, 200, 'text/html', page.html());
      return;
    case '/version':
      send(response, 200, 'text/plain', page.version());
      return;
    case '/route':
      send(response, 200, 'application/json', JSON.stringify(routed(page, searchParams)));
      return;
    default:
      send(response, 404, 'text/plain', 'Not found.\n');
  }
}

function routed(page: ServedPage, query: URLSearchParams): object {
  try {
    return { request: page.route(query) };
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && error.name === 'Unsimulated')) {
      return { error: printableLine(`${error.name === 'Unsimulated' ? 'Unsimulated: ' : ''}${error.message}`) };
    }
    throw error;
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': "frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
