import { z } from 'zod';

export const Category = z.enum([
  'crm',
  'calendar',
  'communication',
  'helpdesk',
  'payments',
  'scheduling',
  'ecommerce',
  'project_management',
  'storage',
  'marketing',
  'email',
  'accounting',
  'hr',
  'dev',
  'analytics',
  'telephony',
  'productivity',
  'healthcare',
  'field_service',
  'hospitality',
  'maps',
  'other',
]);
export type Category = z.infer<typeof Category>;
