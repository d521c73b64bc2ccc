import { describe, expect, it } from '@jest/globals';
import { entityTag, expectedBy, movedProblem } from './entity-tag.js';
import { refuseRepeated } from './id-field.js';

describe('an entity tag', () => {
  it('comes back as the revision it was made of', () => {
    for (const revision of [1, 7, 2_147_483_647]) {
      expect(expectedBy({ ifMatch: entityTag(revision) })).toBe(revision);
    }
    expect(expectedBy({})).toBeUndefined();
  });

  it.each(['', '3', '"0"', '"-1"', '"03"', '"a"', 'W/"3"', '*', '"1", "2"', '"12345678901"'])(
    'is not %p',
    (ifMatch) => {
      expect(() => expectedBy({ ifMatch })).toThrow('If-Match: must be the ETag');
    },
  );

  it('may be asked not to be there, and nothing else of that kind', () => {
    expect(expectedBy({ ifNoneMatch: '*' })).toBe('absent');
    for (const ifNoneMatch of ['', '"3"', '"*"', '*, "3"', 'W/"1"']) {
      expect(() => expectedBy({ ifNoneMatch })).toThrow('If-None-Match: must be *');
    }
    expect(() => expectedBy({ ifMatch: '"1"', ifNoneMatch: '*' })).toThrow('beside If-Match');
  });

  it('that is there already is answered so', () => {
    expect(movedProblem('The mug', 4, 'absent').problem).toMatchObject({
      ...{ status: 412, title: 'It is there already', revision: 4 },
      detail: 'The mug is at revision 4: it was left as it is.',
    });
  });

  it('that is no longer right is answered with the revision there is', () => {
    expect(movedProblem('The mug', 4).problem).toMatchObject({ status: 412, revision: 4 });
    expect(movedProblem('The mug', undefined).problem).not.toHaveProperty('revision');
  });
});

describe('a list of ids', () => {
  it('may hold each of them once', () => {
    expect(() => refuseRepeated('products', 'productId', ['a', 'b', 'A'])).not.toThrow();
    expect(() => refuseRepeated('products', 'productId', ['a', 'b', 'a', 'b'])).toThrow(
      'products.2.productId: is there twice (and 1 more)',
    );
  });
});
