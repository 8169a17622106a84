import { describe, expect, it, test } from 'vitest';
import { detect } from './detect.ts';

const found = (text: string) => detect(text).map(({ entity, start, end }) => `${entity}: ${text.slice(start, end)}`);

/** Published examples, none of which is anybody's. */
const examples: readonly (readonly [entity: string, words: string, value: string])[] = [
  ['uk_nino', 'national insurance number', 'AB 12 34 56 C'],
  ['uk_nhs', 'NHS number', '943 476 5919'],
  ['de_tax_id', 'Steuer-ID', '86 095 742 719'],
  ['fr_nir', 'numéro de sécurité sociale', '2 55 08 14 168 025 38'],
  ['es_dni', 'DNI', '12345678Z'],
  ['es_nie', 'NIE', 'X-1234567-L'],
  ['it_codice_fiscale', 'codice fiscale', 'MRTMTT25D09F205Z'],
  ['nl_bsn', 'BSN', '111222333'],
  ['pl_pesel', 'PESEL', '44051401359'],
  ['in_aadhaar', 'Aadhaar', '2341 2341 2346'],
  ['br_cpf', 'CPF', '111.444.777-35'],
  ['ca_sin', 'SIN', '130 692 544'],
  ['au_tfn', 'TFN', '123 456 782'],
  ['au_medicare', 'Medicare', '2123 45670 1'],
  ['ch_ahv', 'AHV', '756.9217.0769.85'],
  ['se_personnummer', 'personnummer', '811218-9876'],
  ['us_npi', 'NPI', '1234567893'],
  ['us_aba', 'routing number', '021000021'],
  ['us_mbi', 'Medicare beneficiary', '1EG4-TE5-MK73'],
  ['us_itin', 'ITIN', '912-70-1234'],
  ['us_driver_license', "driver's license number", 'D1234567'],
];

describe('numbers by which states know people', () => {
  test.each(examples)('finds %s behind "%s"', (entity, words, value) => {
    expect(found(`my ${words} is ${value}, thanks`)).toEqual([`${entity}: ${value}`]);
  });

  test.each(examples.filter(([entity]) => strong.has(entity)))(
    'finds %s by its form and check alone',
    (entity, _words, value) => {
      expect(found(`it is ${value}, thanks`)).toEqual([`${entity}: ${value}`]);
    },
  );

  test.each(examples.filter(([entity]) => checked.has(entity)))(
    'trusts %s less when its check fails',
    (entity, words, value) => {
      const wrong = value.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
      const score = (text: string) =>
        detect(text, { thresholds: { [entity]: 0 } }).find((one) => one.entity === entity)?.score ?? 0;
      expect(score(`${words} ${wrong}`)).toBeLessThan(score(`${words} ${value}`));
    },
  );

  it('takes bare digits that fit some check for nobody’s number', () => {
    expect(found('order 111222333, ticket 943 476 5919, batch 86095742719, sum 1234567893')).toEqual([]);
  });
});

const strong = new Set([
  'uk_nino',
  'fr_nir',
  'es_dni',
  'es_nie',
  'it_codice_fiscale',
  'in_aadhaar',
  'br_cpf',
  'ch_ahv',
  'se_personnummer',
  'us_mbi',
  'us_itin',
]);
const checked = new Set([
  'uk_nhs',
  'de_tax_id',
  'fr_nir',
  'nl_bsn',
  'pl_pesel',
  'in_aadhaar',
  'br_cpf',
  'ca_sin',
  'au_tfn',
  'ch_ahv',
  'se_personnummer',
  'us_npi',
  'us_aba',
]);
