import { expect, test } from 'vitest';
import { toApiGroups } from '../../../src/servers/console/api-view.ts';

const document = {
  paths: {
    '/api/v1/hosts': {
      post: {
        summary: 'Add a PC',
        tags: ['hosts'],
        'x-access': 'operator',
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name', 'power'],
                properties: {
                  name: { type: 'string' },
                  ip: { anyOf: [{ type: 'string' }, { type: 'null' }] },
                  power: { type: 'array', items: { enum: ['agent', 'wol'] } },
                },
              },
            },
          },
        },
      },
    },
    '/api/v1/events/{id}': {
      get: {
        tags: ['events'],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 9 } },
        ],
      },
    },
  },
};

test('each route by its tag, with fields as programmers read them and an example', () => {
  expect(toApiGroups(document)).toEqual([
    {
      tag: 'hosts',
      operations: [
        {
          method: 'POST',
          path: '/hosts',
          summary: 'Add a PC',
          access: 'operator',
          fields: [
            { name: 'name', place: 'body', isRequired: true, type: 'string' },
            { name: 'ip', place: 'body', isRequired: false, type: 'string | null' },
            { name: 'power', place: 'body', isRequired: true, type: '(agent | wol)[]' },
          ],
          example: { path: '/hosts', body: '{"name":"…","power":["agent"]}' },
        },
      ],
    },
    {
      tag: 'events',
      operations: [
        {
          method: 'GET',
          path: '/events/:id',
          summary: '',
          access: '',
          fields: [
            { name: 'id', place: 'path', isRequired: true, type: 'integer' },
            { name: 'limit', place: 'query', isRequired: false, type: 'integer 1..9' },
          ],
          example: { path: '/events/ID', body: null },
        },
      ],
    },
  ]);
});
