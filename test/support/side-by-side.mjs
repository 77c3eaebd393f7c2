import { spawn } from 'node:child_process';

/**
 * Runs scripts of package.json at once, since each of them keeps one core busy, and prints what each says when it ends.
 */
const codes = await Promise.all(
  process.argv.slice(2).map(
    name =>
      new Promise(resolve => {
        const child = spawn('npm', ['run', '--silent', name], { shell: true });
        const said = [];
        [child.stdout, child.stderr].forEach(stream => stream.on('data', chunk => said.push(chunk)));
        child.on('close', code => {
          process.stdout.write(Buffer.concat(said));
          resolve(code ?? 1);
        });
      }),
  ),
);
process.exitCode = Math.max(...codes);
