/** The process on the node that sends probes to pods, on command of the harness. */
import { passes, type Probe } from './probe';

process.on('message', ({ id, ip, probe }: { id: number; ip: string; probe: Probe }) => {
  void passes(ip, probe).then(passed => process.send?.({ id, passed }));
});
process.on('disconnect', () => process.exit(0));
