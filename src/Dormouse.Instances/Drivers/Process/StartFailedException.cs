namespace Dormouse.Instances.Drivers.Process;

/// <summary>PostgreSQL did not come up; the message is PostgreSQL's or the sandbox's own reason.</summary>
internal sealed class StartFailedException(string reason) : Exception(reason);
