using Dormouse.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Edge.Http;

/// <summary>What the paths of clients 5 and 6 say: <c>/{version}/{hash}/…</c>.</summary>
internal static class OperationPath
{
    /// <summary>The hash of the client's schema.</summary>
    /// <exception cref="DormouseException">The client's version is not served, or the path is none of such a client.</exception>
    public static SchemaHash Read(HttpContext context)
    {
        if (!Version(context).SpeaksJson)
        {
            throw EdgeFailures.OlderProtocol("Prisma Client " + Shown(context.GetRouteValue("version") as string));
        }
        return SchemaHash.TryParse(context.GetRouteValue("hash") as string, out SchemaHash hash)
            ? hash
            : throw EdgeFailures.Malformed("the path does not name a schema by its SHA-256.");
    }

    public static ClientVersion Version(HttpContext context) => ClientVersion.Parse(context.GetRouteValue("version") as string);

    // Shown back to whoever sent it, so only what a version can look like.
    private static string Shown(string? version) =>
        version is { Length: <= 32 } && version.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-') ? version : "4";
}
