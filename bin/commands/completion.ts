import type { Command } from 'commander';
import { noneOf, REPORT_FORMATS, Severity } from '../../lib/checks';

/** The shells, with the script that completes the words of each. */
export const SHELLS: ReadonlyMap<string, (program: Command) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

/** Prints the completion script of a shell, and returns the exit code. */
export function completion(shell: string, program: Command): number {
  const script = SHELLS.get(shell);
  if (!script) {
    process.stderr.write(`${noneOf('The shell', shell, [...SHELLS.keys()])}\n`);
    return 2;
  }
  process.stdout.write(script(program));
  return 0;
}

/** The names by which the package is run, and by which a shell completes it. */
const NAMES = ['cdk8s-cardinal', 'cardinal'];

function bash(program: Command): string {
  const cases = program.commands.map(each => `    ${each.name()}) words="${optionsOf(each).join(' ')}" ;;`);
  return [
    '_cdk8s_cardinal() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" words',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    `    *) words="${[...namesIn(program), ...optionsOf(program)].join(' ')}" ;;`,
    '  esac',
    '  case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in',
    ...valuesOf(program).map(({ command, word, values }) => `    "${command} ${word}") words="${values.join(' ')}" ;;`),
    '  esac',
    `  [ "$COMP_CWORD" = 1 ] && words="${[...namesIn(program), ...optionsOf(program)].join(' ')}"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -o default -F _cdk8s_cardinal ${NAMES.join(' ')}`,
    '',
  ].join('\n');
}

function zsh(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
}

function fish(program: Command): string {
  return NAMES.flatMap(name => [
    ...program.commands.map(
      each => `complete -c ${name} -n __fish_use_subcommand -a ${each.name()} -d '${each.description()}'`,
    ),
    ...program.commands.flatMap(command =>
      optionsOf(command).map(
        option => `complete -c ${name} -n '__fish_seen_subcommand_from ${command.name()}' -l ${option.slice(2)}`,
      ),
    ),
    ...valuesOf(program).map(
      ({ command, word, values }) =>
        `complete -c ${name} -n '__fish_seen_subcommand_from ${command}; and __fish_prev_arg_in ${word}' -f `
        + `-a '${values.join(' ')}'`,
    ),
    '',
  ]).join('\n');
}

interface Values {
  readonly command: string;
  /** The option or the command before them. */
  readonly word: string;
  readonly values: readonly string[];
}

/** The values of options and arguments that are one of a list. */
function valuesOf(program: Command): Values[] {
  return [
    ...program.commands.flatMap(command =>
      command.options.flatMap(({ long, argChoices }) =>
        long && argChoices ? [{ command: command.name(), word: long, values: argChoices }] : [],
      ),
    ),
    { command: 'check', word: '--format', values: [...REPORT_FORMATS.keys()] },
    { command: 'check', word: '--fail-on', values: [...Object.values(Severity), 'never'] },
    { command: 'completion', word: 'completion', values: [...SHELLS.keys()] },
  ];
}

function namesIn(program: Command): string[] {
  return program.commands.map(each => each.name());
}

function optionsOf(command: Command): string[] {
  return [...command.options.flatMap(each => each.long ?? []), '--help'];
}
