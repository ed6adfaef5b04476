<?php
// A fax by PHP's SoapClient, from the WSDL alone: php client.php WSDL USER PASSWORD
[, $wsdl, $user, $password] = $argv;
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE]);
$me = ['username' => $user, 'password' => $password];
$made = $client->CFCreateMessageWS($me + ['messageBody' => 'Grüße', 'messageBodyType' => 'TEXT',
    'messagePriority' => 7, 'sendTime' => '2020-01-01T00:00:00Z']);
$id = ['presenceUniqueIdentifier' => $made->presenceUniqueIdentifier];
$client->CFAddRecipientWS($me + $id + ['recipientType' => 'FAX', 'recipientPhone' => '555 0100']);
$client->CFAddAttachmentWS($me + $id + ['attachment_data' => 'words', 'attachment_type' => 'text/plain',
    'attachment_name' => 'a.txt']);
$client->CFSendMessageWS($me + $id);
for ($try = 0; $try < 600; $try++) {
    $status = $client->CFGetMessageStatusWS($me + $id);
    if ($status->messageStatus !== 'PENDING' && $status->messageStatus !== 'IN_PROGRESS') break;
    usleep(100000);
}
$row = is_array($status->dataTableRow) ? $status->dataTableRow[0] : $status->dataTableRow;
echo "$status->messageStatus $row->DELIVERY_STATUS $row->NUMBER_ATTEMPTS $status->pages\n";
