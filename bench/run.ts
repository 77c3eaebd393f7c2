import { writeChart } from './chart';
import { compiled } from './compiled';
import { programOfLab } from './programs';
import { writeObjects } from './objects';
import { type Measure, measured } from './processes';

/**
 * Synthesis of generated topologies by the compiled package, compared with a bare cdk8s app and with `helm template`.
 * Run `npm run build` first. Usage: tsx bench/run.ts [SERVICES]...
 */
const sizes = process.argv.slice(2).map(Number);
const line = (...cells: (string | number)[]) =>
  console.log(cells.map((cell, index) => String(cell).padStart(index === 0 ? 8 : 18)).join(''));
const text = ({ cpuSeconds, megabytes }: Measure) => `${cpuSeconds.toFixed(2)} s ${Math.round(megabytes)} MB`;

const program = programOfLab('helm', 'version');
line('services', 'library', 'bare cdk8s', 'helm template', 'library / bare', 'library / helm');
const seconds = new Map<number, number>();
for (const count of sizes.length > 0 ? sizes : [100, 1000, 5000]) {
  const chart = program && writeChart(count);
  const [library, bare, rendered] = measured(3, [
    ['node', compiled('library'), String(count)],
    ['node', compiled('bare'), writeObjects(count)],
    ...(program && chart ? [[program, 'template', 'bench', chart]] : []),
  ]);
  if (library && bare) {
    seconds.set(count, library.cpuSeconds);
    const ratio = (other: Measure | undefined) => (other ? (library.cpuSeconds / other.cpuSeconds).toFixed(2) : '–');
    line(count, text(library), text(bare), rendered ? text(rendered) : '–', ratio(bare), ratio(rendered));
  }
}
const [thousand, fiveThousand] = [seconds.get(1000), seconds.get(5000)];
if (thousand && fiveThousand) {
  console.log(`5000 services take ${(fiveThousand / thousand).toFixed(2)} times as long as 1000`);
}
