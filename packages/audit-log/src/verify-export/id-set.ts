/**
 * Which record ids were there, in 16 bytes a place and two to four places an id: half a gigabyte for ten million, where a set of
 * strings would take several. Ids are told apart by 64 bits of a hash; that two of ten million different ones meet has a chance of one
 * in 400,000. Equal ones always meet, and whoever makes two that meet is told of.
 */
export class IdSet {
  #size = 0;
  #mask = 0xffff;
  #high = new Uint32Array(0x10000);
  #low = new Uint32Array(0x10000);
  /** Index of the record plus one; 0 is a free place. */
  #at = new Float64Array(0x10000);

  /** Remembers where an id is. Returns where it was before, or null. */
  add(id: string, index: number): number | null {
    let high = 0x9e3779b9;
    let low = 0x85ebca6b;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low + code, 0x5bd1e995);
      low ^= low >>> 15;
    }
    high ^= high >>> 16;
    const before = this.#put(high >>> 0, low >>> 0, index + 1);
    if (before !== null) return before - 1;
    if (++this.#size * 2 > this.#mask) this.#grow();
    return null;
  }

  #put(high: number, low: number, at: number): number | null {
    let place = low & this.#mask;
    while (this.#at[place] !== 0) {
      if (this.#low[place] === low && this.#high[place] === high) return this.#at[place] as number;
      place = (place + 1) & this.#mask;
    }
    this.#high[place] = high;
    this.#low[place] = low;
    this.#at[place] = at;
    return null;
  }

  #grow(): void {
    const [highs, lows, ats] = [this.#high, this.#low, this.#at];
    const places = 2 * ats.length;
    this.#mask = places - 1;
    this.#high = new Uint32Array(places);
    this.#low = new Uint32Array(places);
    this.#at = new Float64Array(places);
    for (let i = 0; i < ats.length; i++)
      if (ats[i] !== 0) this.#put(highs[i] as number, lows[i] as number, ats[i] as number);
  }
}
