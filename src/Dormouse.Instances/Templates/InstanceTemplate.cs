using Dormouse.Instances.Images;

namespace Dormouse.Instances.Templates;

/// <summary>A data directory, initialised once per image, that new databases are cloned from.</summary>
/// <param name="Digest">The image's digest; one template per image.</param>
/// <param name="DataPath">The data directory; never started again.</param>
/// <param name="Image">The image that made it.</param>
/// <param name="Secrets">The passwords inside; each instance replaces them at its first start.</param>
public sealed record InstanceTemplate(string Digest, string DataPath, PostgresImage Image, RoleSecrets Secrets);

/// <summary>The passwords of the two roles of an instance, each of 256 random bits.</summary>
/// <param name="PlatformPassword">Of the superuser <c>dormouse</c>.</param>
/// <param name="AppPassword">Of the tenant's role <c>app</c>.</param>
public sealed record RoleSecrets(string PlatformPassword, string AppPassword)
{
    public const string PlatformRole = "dormouse";
    public const string AppRole = "app";

    public static RoleSecrets New() => new(NewPassword(), NewPassword());

    /// <summary>Leaves the passwords out, so that a log line cannot hold them.</summary>
    public override string ToString() => "(secrets)";

    private static string NewPassword() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
}
