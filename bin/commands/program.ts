import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { printableLine } from '../../lib/manifests';
import { advise } from './advise';
import { adviseCommand, type AdviseValues } from './advise-options';
import { apply } from './apply';
import { applyCommand, type ApplyValues } from './apply-options';
import { check } from './check';
import { checkCommand } from './check-options';
import { completion, SHELLS } from './completion';
import { diff } from './diff';
import { diffCommand, type DiffValues } from './diff-options';
import { graph } from './graph';
import { graphCommand, type GraphValues } from './graph-options';
import { importManifests } from './import';
import { importCommand, type ImportValues } from './import-options';
import { init } from './init';
import { initCommand, type InitValues } from './init-options';
import { learn } from './learn';
import { learnCommand, type LearnValues } from './learn-options';
import { matrix } from './matrix';
import { matrixCommand, type MatrixValues } from './matrix-options';
import { plan } from './plan';
import { planCommand, type PlanValues } from './plan-options';
import { route } from './route';
import { routeCommand, type RouteValues } from './route-options';
import { serve } from './serve';
import { serveCommand, type ServeValues } from './serve-options';
import { synth } from './synth';
import { version } from './version';

const EXAMPLES = `
Examples:
  $ npx cdk8s-cardinal init shop             # create a project in the folder shop
  $ cdk8s-cardinal synth                     # render the apps of this folder, for cluster and cloud
  $ cdk8s-cardinal check                     # check what they rendered
  $ kubectl get all -A -o yaml | cdk8s-cardinal check -

The exit code is 0 for success, 1 for findings or a failed app, and 2 for input or options that cannot be used.
Inside a project that has the package, \`cardinal\` is its short form.`;

/** Runs a command line, and returns the exit code. */
export function execute(args: readonly string[]): number | Promise<number> {
  let code: number | Promise<number> = 0;
  const program = programWith(result => {
    code = result();
  });
  try {
    program.parse(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    throw error;
  }
}

function programWith(run: (command: () => number | Promise<number>) => void): Command {
  const program = new Command('cdk8s-cardinal')
    .description('One declared topology of services, for API gateway and service mesh.')
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', EXAMPLES);
  const synthCommand = new Command('synth')
    .description('Run the apps of cdk8s.yaml and cdk.json, check their output, and print a summary.')
    .addHelpText('after', '\nExamples:\n  $ cdk8s-cardinal synth\n')
    .action(() => {
      run(() => synth(process.cwd()));
    });
  const check_ = checkCommand().action((paths: string[], values: Parameters<typeof check>[1]) => {
    run(() => check(paths, values));
  });
  const completionCommand = new Command('completion')
    .description('Print a script that completes commands and options in a shell.')
    .argument('<shell>', [...SHELLS.keys()].join(', '))
    .addHelpText('after', '\nExamples:\n  $ eval "$(cdk8s-cardinal completion bash)"   # in ~/.bashrc\n')
    .action((shell: string) => {
      run(() => completion(shell, program));
    });
  const initCommand_ = initCommand().action((folder: string | undefined, values: InitValues) => {
    run(() => init(folder ?? '.', values));
  });
  const routeCommand_ = routeCommand().action((paths: string[], values: RouteValues) => {
    run(() => route(paths, values));
  });
  const matrixCommand_ = matrixCommand().action((paths: string[], values: MatrixValues) => {
    run(() => matrix(paths, values));
  });
  const diffCommand_ = diffCommand().action((before: string, after: string, values: DiffValues) => {
    run(() => diff(before, after, values));
  });
  const planCommand_ = planCommand().action((before: string, after: string, further: string[], values: PlanValues) => {
    run(() => plan([before, after, ...further], values));
  });
  const applyCommand_ = applyCommand().action((before: string, after: string, values: ApplyValues) => {
    run(() => apply(before, after, values));
  });
  const graphCommand_ = graphCommand().action((paths: string[], values: GraphValues) => {
    run(() => graph(paths, values));
  });
  const serveCommand_ = serveCommand().action((paths: string[], values: ServeValues) => {
    run(() => serve(paths, values));
  });
  const importCommand_ = importCommand().action((paths: string[], values: ImportValues) => {
    run(() => importManifests(paths, values));
  });
  const learnCommand_ = learnCommand().action((files: string[], values: LearnValues) => {
    run(() => learn(files, values));
  });
  const adviseCommand_ = adviseCommand().action((paths: string[], values: AdviseValues) => {
    run(() => advise(paths, values));
  });
  const commands = [
    initCommand_,
    synthCommand,
    check_,
    routeCommand_,
    matrixCommand_,
    diffCommand_,
    planCommand_,
    applyCommand_,
    graphCommand_,
    serveCommand_,
    importCommand_,
    learnCommand_,
    adviseCommand_,
    completionCommand,
  ];
  for (const command of commands) {
    program.addCommand(command);
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput(OUTPUT).showHelpAfterError('Print the options with --help.');
  }
  return program;
}

/** Arguments may contain control characters. */
const OUTPUT: OutputConfiguration = {
  writeOut: text => process.stdout.write(text),
  writeErr: text => process.stderr.write(text),
  outputError: (text, write) => {
    write(`${text.trimEnd().split('\n').map(printableLine).join('\n')}\n`);
  },
};
