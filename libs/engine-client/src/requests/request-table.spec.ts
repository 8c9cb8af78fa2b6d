import { expect, it } from 'vitest';
import { RecordingSink } from '../testing/recording-sink.js';
import { RequestTable } from './request-table.js';

it('counts prompt tokens until their request is heard of, or over', () => {
  const table = new RequestTable(2);
  const add = (requestId: string, engine: number, promptTokens: number) => {
    const entry = { requestId, engine, promptTokens, sink: new RecordingSink(), sendNumber: 0, heard: false };
    table.add(entry);
    return entry;
  };
  const heard = add('heard', 0, 1);
  add('aborted', 1, 10);
  add('waiting', 1, 100);
  const counts: number[] = [table.prefillTokens];
  table.heard(heard);
  table.heard(heard);
  counts.push(table.prefillTokens);
  table.take('heard');
  counts.push(table.prefillTokens);
  table.take('aborted');
  counts.push(table.prefillTokens);
  expect([counts, table.inFlight]).toEqual([
    [111, 110, 110, 100],
    [0, 1],
  ]);
});
