import { describe, expect, it } from '@jest/globals';
import { IntegerField, ListField, ObjectField, TextField } from './fields.js';
import { ProblemException, type FieldError } from './problem.js';
import { StrictValidationPipe } from './validation.js';

class LineDto {
  @TextField({ max: 5 })
  name!: string;

  @IntegerField({ min: 1, max: 9 })
  count!: number;
}

class BodyDto {
  @ListField(LineDto, { min: 1, max: 3 })
  lines!: LineDto[];

  @ObjectField(LineDto)
  first!: LineDto;
}

const line = { name: 'a', count: 1 };

async function faultsOf(body: object): Promise<readonly FieldError[]> {
  try {
    await new StrictValidationPipe().transform(body, { type: 'body', metatype: BodyDto });
    return [];
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    return error.problem.errors ?? [];
  }
}

describe('the faults of a body', () => {
  it('are none when there is none', async () => {
    expect(await faultsOf({ lines: [line], first: line })).toEqual([]);
  });

  it.each([
    [{}, 'must be a list'],
    ['x', 'must be a list'],
    [null, 'must be a list'],
    [undefined, 'is missing'],
    [[], 'must have at least 1 entries'],
    [[line, 1, null], 'must hold objects only'],
  ])('name a list that is %j once', async (lines, message) => {
    expect(await faultsOf({ lines, first: line })).toEqual([{ field: 'lines', message }]);
  });

  it.each([
    [1, 'must be an object'],
    [null, 'must be an object'],
    [[], 'must be an object'],
    [undefined, 'is missing'],
  ])('name an object that is %j once', async (first, message) => {
    const faults = await faultsOf({ lines: [line], first });
    expect(faults).toEqual([{ field: 'first', message }]);
  });

  it('name each field of each entry', async () => {
    const faults = await faultsOf({ lines: [line, { name: 7, extra: 1 }], first: {} });
    expect(faults).toEqual([
      { field: 'lines.1.extra', message: 'is not known' },
      { field: 'lines.1.name', message: 'must be a text' },
      { field: 'lines.1.count', message: 'is missing' },
      { field: 'first.name', message: 'is missing' },
      { field: 'first.count', message: 'is missing' },
    ]);
  });
});
