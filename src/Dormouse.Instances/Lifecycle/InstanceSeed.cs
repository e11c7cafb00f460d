using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Lifecycle;

/// <summary>What an instance is made from that is not made from the template: a backup, or another instance.</summary>
/// <param name="Image">The image that it runs on.</param>
/// <param name="Secrets">The passwords inside; the first start replaces them.</param>
/// <param name="FillAsync">Makes the data directory at a path that does not exist yet.</param>
internal sealed record InstanceSeed(PostgresImage Image, RoleSecrets Secrets, Func<string, CancellationToken, Task> FillAsync);
