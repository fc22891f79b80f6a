/** The parts of the Engine API's answers that the provider reads. Any of them may be missing on some engine. */
export interface ContainerInspect {
  Id: string;
  Name: string;
  Image: string;
  State: {
    Status?: string;
    Running: boolean;
    Restarting?: boolean;
    ExitCode: number;
    Health?: { Status: string; Log?: { ExitCode: number; Output: string }[] | null } | null;
  };
  Config: {
    Image: string;
    Hostname?: string;
    Domainname?: string;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    User?: string;
    WorkingDir?: string;
    Tty?: boolean;
    OpenStdin?: boolean;
    StopSignal?: string;
    StopTimeout?: number | null;
    Healthcheck?: HealthConfig | null;
  };
  HostConfig: HostConfig;
  NetworkSettings?: {
    Bridge?: string;
    Ports?: Record<string, PortBinding[] | null> | null;
    Networks?: Record<string, EndpointSettings> | null;
  } | null;
}

export interface HealthConfig {
  Test?: string[] | null;
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

export interface PortBinding {
  HostIp?: string;
  HostPort?: string;
}

export interface EndpointSettings {
  IPAddress?: string;
  IPPrefixLen?: number;
  Gateway?: string;
  GlobalIPv6Address?: string;
  GlobalIPv6PrefixLen?: number;
  IPv6Gateway?: string;
  MacAddress?: string;
}

export interface HostConfig {
  AutoRemove?: boolean;
  ReadonlyRootfs?: boolean;
  Dns?: string[] | null;
  DnsOptions?: string[] | null;
  DnsSearch?: string[] | null;
  SecurityOpt?: string[] | null;
  PublishAllPorts?: boolean;
  RestartPolicy?: { Name?: string; MaximumRetryCount?: number };
  Init?: boolean | null;
  CapAdd?: string[] | null;
  CapDrop?: string[] | null;
  Runtime?: string;
  Mounts?: MountConfig[] | null;
  Tmpfs?: Record<string, string> | null;
  ExtraHosts?: string[] | null;
  Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
  Privileged?: boolean;
  Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
  Memory?: number;
  MemorySwap?: number;
  ShmSize?: number;
  CpuShares?: number;
  CpusetCpus?: string;
  LogConfig?: { Type?: string; Config?: Record<string, string> | null };
  StorageOpt?: Record<string, string> | null;
  NetworkMode?: string;
  PidMode?: string;
  UsernsMode?: string;
  IpcMode?: string;
  Sysctls?: Record<string, string> | null;
  GroupAdd?: string[] | null;
}

export interface MountConfig {
  Type: string;
  Target: string;
  Source?: string;
  ReadOnly?: boolean;
  BindOptions?: { Propagation?: string } | null;
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Record<string, string> | null;
    DriverConfig?: { Name?: string; Options?: Record<string, string> | null } | null;
    Subpath?: string;
  } | null;
  TmpfsOptions?: { SizeBytes?: number; Mode?: number } | null;
}

export interface ImageInspect {
  Id: string;
  RepoDigests?: string[] | null;
}

export interface NetworkInspect {
  Id: string;
  Name: string;
  Driver: string;
  Scope: string;
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  EnableIPv6: boolean;
  Labels?: Record<string, string> | null;
  Options?: Record<string, string> | null;
  IPAM: { Driver?: string; Options?: Record<string, string> | null; Config?: IpamPool[] | null };
}

export interface IpamPool {
  Subnet?: string;
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses?: Record<string, string> | null;
}

export interface VolumeInspect {
  Name: string;
  Driver: string;
  Mountpoint: string;
  Labels?: Record<string, string> | null;
  Options?: Record<string, string> | null;
}
