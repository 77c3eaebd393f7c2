export { type AzureApi, azureApiManagement, type AzureApiManagementProps } from './azure';
export { type ApiDocument, openApi } from './document';
export { googleApiGateway } from './google';
