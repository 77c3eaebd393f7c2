import { readFileSync } from 'node:fs';
import { ApiObject, type ApiObjectProps, App, Chart } from 'cdk8s';

/** The same objects, each an `ApiObject` of a plain cdk8s app: no model, no checks, no cdk8s-plus. */
const objects = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ApiObjectProps[];
const app = new App();
const chart = new Chart(app, 'bench');
objects.forEach((object, index) => new ApiObject(chart, String(index), object));
app.synth();
