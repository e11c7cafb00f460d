using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dormouse.Control.Management;

/// <summary>A port of this machine for management and metrics, which then are at no other (<see cref="ManagementOptions.HasOwnDoor"/>).</summary>
public static class ManagementDoor
{
    public static ListenOptions UseDormouseManagementDoor(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Use(next =>
            connection =>
            {
                connection.Features.Set(DoorMark.Instance);
                return next(connection);
            }
        );
        return listen;
    }

    internal static bool IsAt(HttpContext context) => context.Features.Get<DoorMark>() is not null;

    /// <summary>Set on connections that came through the door.</summary>
    private sealed class DoorMark
    {
        public static readonly DoorMark Instance = new();
    }
}
