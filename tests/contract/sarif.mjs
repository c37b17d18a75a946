// Validates SARIF logs against the schema of SARIF 2.1.0 that Microsoft publishes with its own tests.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const home = require.resolve('@microsoft/jest-sarif');
const inner = createRequire(home);
const Ajv = inner('ajv');
const schema = JSON.parse(readFileSync(new URL('schemas/sarif-2.1.0-rtm.5.json', `file://${home}`), 'utf8'));
// The schema is written in draft 4 of JSON Schema.
const ajv = new Ajv({ allErrors: true, schemaId: 'auto' });
ajv.addMetaSchema(inner('ajv/lib/refs/json-schema-draft-04.json'));
const validate = ajv.compile(schema);

let failed = false;
for (const file of process.argv.slice(2)) {
  const log = JSON.parse(readFileSync(file, 'utf8'));
  const results = log.runs.flatMap((run) => run.results ?? []).length;
  if (validate(log) && results > 0) {
    console.log(`${file}: valid, ${results} results`);
    continue;
  }
  failed = true;
  const errors = validate.errors ?? [{ dataPath: '/runs', message: 'there are no results' }];
  for (const { dataPath, message } of errors.slice(0, 20)) {
    console.error(`${file}: ${dataPath} ${message}`);
  }
}
process.exit(failed ? 1 : 0);
