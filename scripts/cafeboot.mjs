#!/usr/bin/env node
// Plain JavaScript that any Node can read: an older one would fail on the first line of TypeScript,
// or crash in the SQLite addon, without saying why.
const needed = 26;
const found = Number.parseInt(process.versions.node, 10);
if (found < needed) {
  console.error(`cafeboot needs Node ${needed} or newer; this is Node ${process.versions.node}.`);
  console.error(`cafeboot 需要 Node ${needed} 或更新版本,当前为 ${process.versions.node}。`);
  console.error('In its folder, `npm run cafeboot -- ...` uses the right one.');
  process.exit(1);
}
await import('../src/main.ts');
