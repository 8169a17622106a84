import type { SubmissionRecord } from '../../domain/submission-record.ts';
import type { KeepResults } from './ports.ts';

/** What became of submissions, in memory. */
export class MemoryResults implements KeepResults {
  readonly records = new Map<string, { record: SubmissionRecord; revision: number }>();
  #revision = 0;
  async read(tenant: string, id: string) {
    return this.records.get(`${tenant}.${id}`) ?? null;
  }
  async create(tenant: string, id: string, record: SubmissionRecord) {
    return this.records.has(`${tenant}.${id}`) ? null : this.#put(tenant, id, record);
  }
  async update(tenant: string, id: string, record: SubmissionRecord, revision: number) {
    return this.records.get(`${tenant}.${id}`)?.revision === revision ? this.#put(tenant, id, record) : null;
  }
  async remove(tenant: string, id: string, revision: number) {
    if (this.records.get(`${tenant}.${id}`)?.revision === revision) this.records.delete(`${tenant}.${id}`);
  }
  #put(tenant: string, id: string, record: SubmissionRecord) {
    this.records.set(`${tenant}.${id}`, { record, revision: ++this.#revision });
    return this.#revision;
  }
}
