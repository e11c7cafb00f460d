using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary>A connection's URLs as lines for a person.</summary>
internal static class UrlText
{
    public static void Write(TextWriter output, ConnectionUrls urls)
    {
        output.WriteLine($"Prisma: {urls.Prisma}");
        if (urls.Https is { } https && https != urls.Prisma)
        {
            output.WriteLine($"Https:  {https}");
        }
        if (urls.CaFile is { } file)
        {
            output.WriteLine($"        {TrustLine(file)}");
        }
    }

    /// <summary>What an app's environment needs before it speaks https to a platform with a CA of its own.</summary>
    public static string TrustLine(string caFile) => $"export NODE_EXTRA_CA_CERTS='{caFile}'";
}
