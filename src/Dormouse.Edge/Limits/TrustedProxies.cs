using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Limits;

/// <summary>The proxies whose word counts: from anybody else <c>X-Forwarded-*</c> headers are nothing but text.</summary>
internal sealed class TrustedProxies(EdgeOptions options)
{
    // More than anybody chains; a header longer than that is noise.
    private const int HopsMax = 16;

    private readonly IPNetwork[] networks = [.. options.TrustedProxies];

    public bool Trusts(IPAddress? address)
    {
        if (address is null || networks.Length == 0)
        {
            return false;
        }
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (IPNetwork network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// The address from which a request came: the socket's, or behind trusted proxies the last one that is none of them. What stands
    /// before that in the header is the client's own claim.
    /// </summary>
    public IPAddress? ClientOf(HttpContext context) =>
        ClientOf(
            context.Connection.RemoteIpAddress,
            context.Request.Headers.TryGetValue("X-Forwarded-For", out StringValues header) ? header.ToString() : null
        );

    /// <param name="remote">The other end of the socket.</param>
    /// <param name="forwardedFor">What the request's header of that name says, if it has one.</param>
    public IPAddress? ClientOf(IPAddress? remote, string? forwardedFor)
    {
        IPAddress? client = remote;
        if (forwardedFor is null || !Trusts(client))
        {
            return client;
        }
        string[] hops = forwardedFor.Split(',', StringSplitOptions.TrimEntries);
        for (int hop = hops.Length - 1; hop >= Math.Max(0, hops.Length - HopsMax) && Trusts(client); hop--)
        {
            // With a port or without.
            if (!IPEndPoint.TryParse(hops[hop], out IPEndPoint? endpoint))
            {
                break;
            }
            client = endpoint.Address;
        }
        return client;
    }
}
