using Dormouse.Contracts;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Dumps;
using Dormouse.Instances.Extensions;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Upgrades;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dormouse.Instances;

/// <summary>Puts the instance role together.</summary>
public static class InstancesServices
{
    /// <summary>
    /// Adds images, templates and the lifecycle. The composition registers the <see cref="SecretBox"/>, and may register
    /// <see cref="ImageOptions"/> and a <see cref="TimeProvider"/> of its own before; it calls
    /// <see cref="InstanceLifecycle.StartAsync"/> when the role begins.
    /// </summary>
    public static IServiceCollection AddDormouseInstances(this IServiceCollection services, InstancesOptions options)
    {
        string data = Path.GetFullPath(options.DataPath);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ImageOptions { ImagesPath = Path.Combine(data, "images"), CachePath = Path.Combine(data, "cache") });
        services.TryAddSingleton<ImageStore>();
        services.TryAddSingleton(provider => new TemplateStore(
            Path.Combine(data, "templates"),
            provider.GetRequiredService<SecretBox>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.TryAddSingleton<DatabaseLoads>();
        services.AddSingleton<ImageCleanup>();
        services.AddSingleton<InstanceLifecycle>();
        services.AddSingleton<IInstanceHost>(provider => provider.GetRequiredService<InstanceLifecycle>());
        services.AddSingleton<IInstanceAdmin>(provider => provider.GetRequiredService<InstanceLifecycle>());
        services.TryAddSingleton(
            new BackupOptions
            {
                DefaultPlace = Path.Combine(data, "backups"),
                S3SettingsPath = Path.Combine(data, "keys", "s3.json"),
                NotesPath = Path.Combine(data, "unfinished"),
            }
        );
        services.AddSingleton<InstanceBackups>();
        services.AddSingleton<IBackups>(provider => provider.GetRequiredService<InstanceBackups>());
        services.AddSingleton<IDumps, InstanceDumps>();
        services.TryAddSingleton(new UpgradeOptions());
        services.AddSingleton<IUpgrades, InstanceUpgrades>();
        services.TryAddSingleton(new ExtensionOptions());
        services.AddSingleton<IExtensions, InstanceExtensions>();
        return services;
    }
}
