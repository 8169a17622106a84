/**
 * Everything that the engine tells apart, with the lowest score at which a finding is reported. A score is what the pattern alone
 * is worth, plus what a checksum and the words around it add; it is an order of trust between 0 and 1, not a probability.
 */
export const defaultThresholds = {
  email: 0.5,
  phone: 0.5,
  credit_card: 0.5,
  card_security_code: 0.5,
  card_expiry: 0.5,
  us_ssn: 0.5,
  us_itin: 0.5,
  iban: 0.5,
  ip: 0.5,
  date_of_birth: 0.5,
  street_address: 0.5,
  uk_nino: 0.5,
  uk_nhs: 0.5,
  de_tax_id: 0.5,
  fr_nir: 0.5,
  es_dni: 0.5,
  es_nie: 0.5,
  it_codice_fiscale: 0.5,
  nl_bsn: 0.5,
  pl_pesel: 0.5,
  in_aadhaar: 0.5,
  br_cpf: 0.5,
  ca_sin: 0.5,
  au_tfn: 0.5,
  au_medicare: 0.5,
  ch_ahv: 0.5,
  se_personnummer: 0.5,
  us_npi: 0.5,
  us_aba: 0.5,
  us_mbi: 0.5,
  us_driver_license: 0.5,
  url_credentials: 0.5,
  secret: 0.5,
  /** Only ever from a recogniser behind the port; no pattern finds names. */
  person: 0.5,
} as const;

export type Entity = keyof typeof defaultThresholds;

export const entities = Object.keys(defaultThresholds) as readonly Entity[];

export const isEntity = (name: string): name is Entity => Object.hasOwn(defaultThresholds, name);
