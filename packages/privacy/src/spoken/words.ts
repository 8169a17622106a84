/** Words that are one digit when spoken, with those of radio operators. */
export const digitWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    zero: '0',
    oh: '0',
    o: '0',
    nought: '0',
    naught: '0',
    nil: '0',
    null: '0',
    aught: '0',
    one: '1',
    two: '2',
    three: '3',
    four: '4',
    five: '5',
    six: '6',
    seven: '7',
    eight: '8',
    nine: '9',
    wun: '1',
    tree: '3',
    fower: '4',
    fife: '5',
    niner: '9',
  }),
);

/** "four ones". */
export const pluralDigits: ReadonlyMap<string, string> = new Map(
  Object.entries({
    zeros: '0',
    zeroes: '0',
    ohs: '0',
    "o's": '0',
    ones: '1',
    twos: '2',
    threes: '3',
    fours: '4',
    fives: '5',
    sixes: '6',
    sevens: '7',
    eights: '8',
    nines: '9',
  }),
);

export const teenWords: ReadonlyMap<string, string> = new Map(
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, index) => [word, String(10 + index)]),
);

export const tensWords: ReadonlyMap<string, string> = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, index) => [word, String(20 + index * 10)])
    .concat([['fourty', '40']]) as [string, string][],
);

export const repeatWords: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
  ['treble', 3],
  ['quadruple', 4],
]);

const set = (words: string) => new Set(words.split(' '));

/** What people say between two digits of one number without meaning anything. */
export const fillers = set(
  'uh um er ah hmm hm mm mmm eh dash hyphen then and space comma like so okay ok yeah yes slash followed by again well right let me see wait sec a moment stop',
);

/** Besides, what either says between two turns of digits. */
export const acknowledgements = set(
  "go on ahead got it it's that that's mhm mm-hmm uh-huh alright great perfect sure thanks thank you please continue next last rest bit part group block set digits numbers number first second third now is are the i've have i'm i we so far you still there listening ready keep going more what's what comes after hold one here final others my and's to of for noted down yep",
);

/** Said before a better digit. */
export const corrections = set('no sorry wait scratch mean meant correction actually rather oops nope instead');

/** Said around a correction. */
export const aroundCorrections = set("that that's i it it's make should be was not my bad wait make the is said");

/** What makes the number before it an amount, a time or a share. */
export const unitWords = set(
  "dollar dollars euro euros pound pounds cent cents bucks percent o'clock am pm a.m p.m degrees miles kilometers kilometres meters metres feet inches kilos kilograms minutes hours days weeks months years people guests nights times items pieces st nd rd th million billion",
);

/** Counted words: "three digits seven seven one" says nothing of a three. */
export const countedWords = set(
  'digit digits number numbers letters letter characters times more moment second sec minute thing',
);

/** What spells one letter. */
export const letterWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpha: 'a',
    alfa: 'a',
    bravo: 'b',
    charlie: 'c',
    delta: 'd',
    echo: 'e',
    foxtrot: 'f',
    golf: 'g',
    hotel: 'h',
    india: 'i',
    juliet: 'j',
    juliett: 'j',
    kilo: 'k',
    lima: 'l',
    mike: 'm',
    november: 'n',
    oscar: 'o',
    papa: 'p',
    quebec: 'q',
    romeo: 'r',
    sierra: 's',
    tango: 't',
    uniform: 'u',
    victor: 'v',
    whiskey: 'w',
    whisky: 'w',
    xray: 'x',
    yankee: 'y',
    zulu: 'z',
    bee: 'b',
    cee: 'c',
    dee: 'd',
    eff: 'f',
    gee: 'g',
    aitch: 'h',
    jay: 'j',
    kay: 'k',
    ell: 'l',
    em: 'm',
    en: 'n',
    pee: 'p',
    cue: 'q',
    ar: 'r',
    ess: 's',
    tee: 't',
    vee: 'v',
    ex: 'x',
    wye: 'y',
    why: 'y',
    zed: 'z',
    zee: 'z',
  }),
);

/** After tens without a pause these make a place in a row: "twenty first". */
export const ordinals = set('first third fourth fifth sixth seventh eighth ninth tenth');

/** "The last four". */
export const countingWords = set('first next last other final remaining');
