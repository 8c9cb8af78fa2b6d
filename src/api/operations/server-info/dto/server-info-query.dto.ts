import { IsLiteral } from '@server/http/validation/index';

/** Query of `GET /server_info`. */
export class ServerInfoQuery {
  @IsLiteral(['text', 'json'], { default: 'text' })
  readonly config_format!: 'text' | 'json';
}
