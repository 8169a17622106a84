import { vendorHost } from './vendor.ts';

/** A document as somebody pastes it: an integration of their own, whose accounts are connected by OAuth. */
export const acmeDesk = (version = '1.0.0', closing = 'closed') => `id: acme_desk
name: Acme Desk
version: ${version}
category: helpdesk
description: Tickets of the Acme help desk, for the people on its front desk.
base_url: https://desk.example.com/v1
auth:
  type: oauth2
  authorize_url: https://${vendorHost}/auth
  token_url: https://${vendorHost}/token
  scopes: [messages]
tools:
  find_tickets:
    title: Find tickets
    description: Finds tickets of the help desk by a word in their subject. Returns their numbers and subjects.
    risk: read
    request: { method: GET, path: /tickets }
    parameters:
      word: { type: string, required: true, description: A word of the subject. }
    examples:
      - arguments: { word: printer }
        response: { status: 200, body: { tickets: [{ number: 7, subject: The printer is on fire }] } }
  delete_ticket:
    title: Delete a ticket
    description: Deletes a ticket of the help desk for good. Returns whether it is gone.
    risk: destructive
    confirm: always
    request: { method: POST, path: /tickets/delete, body: json }
    parameters:
      number: { type: integer, required: true, description: The ticket's number. }
    examples:
      - arguments: { number: 7 }
        response: { status: 200, body: { state: ${closing} } }
`;
