using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Telemetry;

/// <summary>Puts the export into a process with a front door.</summary>
internal static class OtlpServices
{
    /// <param name="services">Of the process.</param>
    /// <param name="options">Null: nothing is exported, and nobody listens.</param>
    public static IServiceCollection AddOtlpExport(this IServiceCollection services, OtlpOptions? options) =>
        options is null ? services : services.AddSingleton(options).AddSingleton<OtlpCounts>().AddHostedService<OtlpExport>();
}
