import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkManifests } from './lib/checks';
import { Cluster, isTemplate, parseDocuments, resourcesIn } from './lib/manifests';
const NEW = new Set(['UnreachableRoute','FailingRoute','ServiceWithoutPods','RefusedPreflight']);
function files(p: string): string[] { return statSync(p).isDirectory() ? readdirSync(p).flatMap(n => files(join(p,n))) : /\.ya?ml$/.test(p) ? [p] : []; }
for (const set of process.argv.slice(2)) {
  const rs = set.split(',').flatMap(files).flatMap(f => { try { return parseDocuments(readFileSync(f,'utf8'), f).flatMap(d => isTemplate(d.value) ? [] : resourcesIn(d)); } catch (e) { return []; } });
  try {
    const { findings } = checkManifests(new Cluster(rs));
    const mine = findings.filter(x => NEW.has(x.id));
    console.log('==', set.slice(0,150), rs.length, 'objects', findings.length, 'findings', mine.length, 'new');
    for (const x of mine) console.log('   ', x.id, x.path, '|', x.message, '|', x.file?.split('/').slice(-2).join('/'));
  } catch (e) { console.log(set, e); }
}
