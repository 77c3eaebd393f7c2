import { dirname } from 'node:path';

/** What a {@link Mistake} tells the person who made it. */
export interface MistakeProps {
  /** A stable name for this kind of mistake, e.g. `UnknownVersion`. */
  readonly code: string;
  /** The path of what was declared, e.g. `boutique/paymentservice`. */
  readonly where: string;
  /** What was declared and why it cannot work, as one sentence. */
  readonly problem: string;
  /** What to do about it, as one sentence. */
  readonly remedy: string;
}

const LIBRARY = dirname(__dirname);

/** A declaration that cannot work, thrown at the line that makes it. */
export class Mistake extends Error {
  readonly code: string;
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(props: MistakeProps) {
    super(`[${props.where}] ${props.problem} ${props.remedy} (${props.code})`);
    this.name = 'Mistake';
    this.code = props.code;
    this.where = props.where;
    this.problem = props.problem;
    this.remedy = props.remedy;
    this.stack = `${this.name}: ${this.message}\n${userFrames(this.stack)}`;
  }
}

/** The frames of the person's own code: those of this library and of Node say nothing about the mistake. */
function userFrames(stack = ''): string {
  return stack
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .filter(line => !line.includes(LIBRARY) && !line.includes('node:internal'))
    .join('\n');
}
