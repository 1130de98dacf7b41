// Made by jco from wit/types.wit. A test fails if it is out of date.
export type TaskHandle = bigint;
export type ErrorCode = 'interrupted' | 'access-denied' | 'bad-address' | 'invalid-argument' | 'would-block' | 'in-progress' | 'already-completed' | 'network-down' | 'no-buffer-space' | 'process-limit' | 'system-not-ready' | 'version-not-supported' | 'not-initialised' | 'host-not-found' | 'try-again' | 'no-recovery' | 'no-data';
export interface AddressQuery {
  address: Uint8Array,
  family: number,
}
export interface ServiceNameQuery {
  name: Uint8Array,
  protocol?: Uint8Array,
}
export interface ServicePortQuery {
  port: number,
  protocol?: Uint8Array,
}
export type AddressFamily = 'ipv4' | 'ipv6';
export interface NameQuery {
  name: Uint8Array,
  family?: AddressFamily,
}
export type Ipv4Address = number;
export type IpAddress = IpAddressIpv4 | IpAddressIpv6;
export interface IpAddressIpv4 {
  tag: 'ipv4',
  val: Ipv4Address,
}
export interface IpAddressIpv6 {
  tag: 'ipv6',
  val: [bigint, bigint],
}
export type Query = QueryHostByName | QueryHostByAddress | QueryServiceByName | QueryServiceByPort | QueryProtocolByName | QueryProtocolByNumber | QueryAddresses | QueryNameOf;
export interface QueryHostByName {
  tag: 'host-by-name',
  val: Uint8Array,
}
export interface QueryHostByAddress {
  tag: 'host-by-address',
  val: AddressQuery,
}
export interface QueryServiceByName {
  tag: 'service-by-name',
  val: ServiceNameQuery,
}
export interface QueryServiceByPort {
  tag: 'service-by-port',
  val: ServicePortQuery,
}
export interface QueryProtocolByName {
  tag: 'protocol-by-name',
  val: Uint8Array,
}
export interface QueryProtocolByNumber {
  tag: 'protocol-by-number',
  val: number,
}
export interface QueryAddresses {
  tag: 'addresses',
  val: NameQuery,
}
export interface QueryNameOf {
  tag: 'name-of',
  val: IpAddress,
}
export interface HostEntry {
  name: string,
  aliases: Array<string>,
  addresses: Uint32Array,
}
export interface ServiceEntry {
  name: string,
  aliases: Array<string>,
  port: number,
  protocol: string,
}
export interface ProtocolEntry {
  name: string,
  aliases: Array<string>,
  number: number,
}
export interface AddressList {
  canonicalName?: string,
  addresses: Array<IpAddress>,
}
export type Answer = AnswerHost | AnswerService | AnswerProtocol | AnswerAddresses | AnswerName;
export interface AnswerHost {
  tag: 'host',
  val: HostEntry,
}
export interface AnswerService {
  tag: 'service',
  val: ServiceEntry,
}
export interface AnswerProtocol {
  tag: 'protocol',
  val: ProtocolEntry,
}
export interface AnswerAddresses {
  tag: 'addresses',
  val: AddressList,
}
export interface AnswerName {
  tag: 'name',
  val: string,
}
export interface Completion {
  handle: TaskHandle,
  tag: bigint,
  outcome: Result<Answer, ErrorCode>,
}
export type Result<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };
