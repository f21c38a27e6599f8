namespace Temoto.Extensions.AI;

/// <summary>What stands behind an interface, for <c>GetService</c>.</summary>
internal static class Services
{
    /// <summary>The first of the type; null where there is none, or a key is given: nothing here has one.</summary>
    public static object? Find(Type serviceType, object? serviceKey, params object[] services)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null ? services.FirstOrDefault(serviceType.IsInstanceOfType) : null;
    }
}
