// A fax by node-soap, from the WSDL alone: node client.js WSDL USER PASSWORD
const soap = require("soap");
const [wsdl, username, password] = process.argv.slice(2);
const me = { username, password };

(async () => {
  const client = await soap.createClientAsync(wsdl);
  const [made] = await client.CFCreateMessageWSAsync({ ...me, messageBody: "words", messageBodyType: "TEXT" });
  const id = { presenceUniqueIdentifier: made.presenceUniqueIdentifier };
  await client.CFAddRecipientWSAsync({ ...id, ...me, recipientPhone: "555 0100", recipientType: "FAX" });
  await client.CFSendMessageWSAsync({ ...id, ...me });
  let status;
  for (let tries = 0; tries < 600; tries++) {
    [status] = await client.CFGetMessageStatusWSAsync({ ...id, ...me });
    if (!["PENDING", "IN_PROGRESS"].includes(status.messageStatus)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  const row = [status.dataTableRow].flat()[0];
  console.log(status.messageStatus, row.DELIVERY_STATUS, row.NUMBER_ATTEMPTS, status.pages);
})();
