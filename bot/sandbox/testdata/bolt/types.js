// Compiles values against Slack's own definitions. Reads [{name, type, value}] from its input, where a type may use
// types.… of @slack/types, bolt.… of @slack/bolt, and Wire<…> for an answer of the Web API: there the definitions name no null,
// and the words that Slack happened to use in one recorded answer. It prints what TypeScript finds wrong with each, and ends with 1 then.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const values = JSON.parse(fs.readFileSync(0, 'utf8'));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slack-types-'));
const lines = ["import type * as types from '@slack/types';", "import type * as bolt from '@slack/bolt';",
  'type Wire<T> = null | (T extends string ? string : T extends (infer U)[] ? Wire<U>[] : T extends object ? { [K in keyof T]: Wire<T[K]> } : T);'];
const names = []; // of the value that each line is of
for (const { name, type, value } of values) {
  const text = `export const v${lines.length}: ${type} =\n${JSON.stringify(value, null, 1)};`.split('\n');
  text.forEach((line) => {
    names[lines.length] = { name, line: line.trim() };
    lines.push(line);
  });
}
fs.writeFileSync(path.join(folder, 'values.ts'), lines.join('\n'));
fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
  compilerOptions: {
    strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'], types: [],
    paths: { '@slack/*': [path.join(__dirname, 'node_modules/@slack/*')] },
  },
  files: ['values.ts'],
}));
try {
  execFileSync(process.execPath, [path.join(__dirname, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], { cwd: folder });
} catch (error) {
  const said = error.stdout?.toString() || String(error);
  process.stdout.write(said.replace(/^values\.ts\((\d+),\d+\)/gm, (all, line) => {
    const at = names[line - 1];
    return at ? `${at.name} at ${at.line}` : all;
  }));
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
